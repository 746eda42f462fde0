"""Another query worth trying.

corrections       slips, wrong and missing marks    other_provinces  what a province was and became
keystrokes        an input method that was off
"""
