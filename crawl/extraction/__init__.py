"""(Page, Source) → Article: what the newspaper printed, without the page around it. Pure: no I/O, no clock.

encoding/    bytes → Unicode                        title          title, date line, lead above the body
dom          HTML → tree                            body           where the text stands
walk, blocks  tree → blocks of text                 boilerplate    boxes that are not the article
markup       what names in markup mean              paragraphs     blocks → lead, body, captions, byline
selectors    what a newspaper's own entry selects   metadata       JSON-LD, Open Graph
soup         the tree as BeautifulSoup's, for them  agencies       the news agency a text is from
dates        dates as papers write them             inspection     what selectors find, part by part
non_articles  what is kept out, and why             trace          how each part was found
extract      all of it, in order                    sandbox        the same in a process that may be killed
"""
