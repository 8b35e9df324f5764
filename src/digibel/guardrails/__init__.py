"""What a volunteer may do: the catalogue of tasks, the judgement over them, and the gate for secrets.

On the ground of the house: no models, no import of any app.
"""
