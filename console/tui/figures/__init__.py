"""How a number, a time or a state is written and drawn. Pure: values in, text and tones out."""
