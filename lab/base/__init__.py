"""What every package of lab stands on: failures and exit codes, files in and out, TOML, texts in two languages."""
