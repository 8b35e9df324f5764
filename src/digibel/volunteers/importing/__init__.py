"""A list of volunteers, as a centre has it in a spreadsheet: read whole, told row by row, brought in whole, taken back."""
