"""What the designer does with processes: texts as models and back, edits, differences, trials. No server, no web."""
