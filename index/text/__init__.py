"""The one door for text: documents, queries and snippets all pass through `tokens.analyse`.

tokens          text → terms and their places      patterns   which words a pattern stands for
vietnamese      which spellings are one word       spotter    where a query's words stand in a text
abbreviations   other ways to say the same         provinces  names of provinces with their dates
written_dates   a day, however it is written
"""
