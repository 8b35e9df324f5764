"""Personal data, sealed with a key per person: whoever destroys the key has erased the person, in every backup too."""
