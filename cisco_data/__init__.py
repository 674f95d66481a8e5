"""Cisco's vocabulary and tables, each once: names, numbers, dates and versions, each with its source. Imports nothing of ours."""
