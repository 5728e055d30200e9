"""From measures to bands, findings and muscle hints. Knowledge is data (TOML in `knowledge/`), wording is guarded."""
