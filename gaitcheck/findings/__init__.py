"""From measures to bands, findings and muscle hints. The knowledge is data (TOML in `knowledge/`), the wording is guarded."""
