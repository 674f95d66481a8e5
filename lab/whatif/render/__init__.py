"""The answer of what-if in the forms that people and programs read: text, JSON, JUnit, a page, a baseline."""
