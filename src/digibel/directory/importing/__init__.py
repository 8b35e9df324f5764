"""A list of places, as an office has it in a spreadsheet: read whole, told row by row, brought in whole, taken back."""
