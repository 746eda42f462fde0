"""Bytes → Unicode NFC, losslessly.

decode     a page's text                      syllables  what can be a written Vietnamese syllable
charsets   TCVN3, VNI, VISCII, … as tables    language   in which language a text is
mojibake   text read in the wrong charset
"""
