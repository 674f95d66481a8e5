"""A story without its title: what was the cause, and which cure works? The second answer is written nowhere, it is played.

`case` finds the failure of a story, `cures` tries what an administrator could do, `causes` offers what it might have been, and
`game` asks.
"""
