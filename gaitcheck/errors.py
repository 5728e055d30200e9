"""The errors a person can meet, each with one sentence that says what is wrong and what to do.

GaitCheckError
 +-- UnusableInputError   the file, folder or option given cannot be used           exit code 2
 +-- ModelError           the pose model is missing, damaged or cannot be fetched   exit code 3
 +-- MissingComponentError  a system library or an encoder is missing                 exit code 4
 +-- Cancelled            the person stopped the work                               exit code 130
"""


class GaitCheckError(Exception):
    """Base of all errors that are shown to a person as one sentence, without a traceback."""

    exit_code = 1


class UnusableInputError(GaitCheckError):
    """The file, folder or option that was given cannot be used."""

    exit_code = 2


class ModelError(GaitCheckError):
    """The pose model is missing, damaged or cannot be fetched."""

    exit_code = 3


class MissingComponentError(GaitCheckError):
    """The machine lacks something the program needs: a system library, an encoder, disk space."""

    exit_code = 4


def no_temporary_room(error: OSError) -> MissingComponentError:
    """What is said where a temporary file cannot be written."""
    return MissingComponentError(
        f"The folder for temporary files cannot be written ({error}): free some space there, or set TMPDIR to another."
    )


class Cancelled(GaitCheckError):  # noqa: N818 (not a fault: the person asked for it)
    """The person stopped the work; nothing half-done is left behind."""

    exit_code = 130
