"""(Page, Source) → Article: what the newspaper printed, without the page around it. Pure: no I/O, no clock.

encoding/     bytes → Unicode                         title        what the title is, and where it stands
dom           HTML → tree                             lead         the sapo above the body or at its head
markup        what names in markup mean               byline       who wrote it, in what role, taken from whom
outline       tree → blocks of text                   captions     what stands under pictures
blocks        a block, and what stands around it      paragraphs   a body's blocks → all of these parts
body          where the text stands                   published    when it was published and changed
boilerplate   what around it is none of it            sections     section and tags
labels        lines that say that they are none       address      the URL that it is kept under
selectors     what a newspaper's own entry selects    agencies     the news agency that it is from
soup          the tree as BeautifulSoup's, for them   inspection   what selectors find, part by part
metadata      what is told to machines: JSON-LD, …    dates        dates as papers write them
non_articles  what is kept out, and why               trace        how each part was found
extract       all of it, in order                     sandbox      the same in a process that may be killed
"""
