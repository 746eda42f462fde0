"""From what a person typed to what a person sees.

querylang/   typed text → Query           jobs/   the scheduled run, status
suggest/     did you mean                 web/    the HTTP front
results/     Searcher → ResultPage        cli/    the command
output/      ResultPage → text, JSON      __main__  the command's door
"""
