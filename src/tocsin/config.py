"""One settings tree from one TOML file per site."""
