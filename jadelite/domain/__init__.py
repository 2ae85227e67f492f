"""The words of the field: values and rules, no input or output, untranslated."""
