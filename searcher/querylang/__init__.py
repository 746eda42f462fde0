"""What a person typed → Query, and back.

lexer        the pieces of a typed query       bare_words     what bare words mean
words        the words of a typed value        dates          days as they are typed
parser       pieces → Query                    written_query  Query → what a person would type
syntax       typed text → ParsedQuery
"""
