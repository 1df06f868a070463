"""A night's work between a help desk, an HR system and Plumbline: tickets in, employee numbers in, a report out."""
