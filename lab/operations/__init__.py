"""Each administrative operation once: its table in TOML, the names that it resolves, what it does to a fleet and to a running lab.

`table` lists the operations and reads one from TOML. An operation looks its names up in a `Cast`; for a fleet it gives steps
(`steps`), which `effects` carries out on data and `sentences` puts into words; a running lab it knows only as the Protocol
of `running`.
"""
