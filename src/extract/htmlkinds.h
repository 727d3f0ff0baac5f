/*
 * htmlkinds.h - the elements of HTML, and by which rules they are put into a
 * tree.
 */
#ifndef GN_EXTRACT_HTMLKINDS_H
#define GN_EXTRACT_HTMLKINDS_H

#include <gumbo.h>

/* What start and end tags do, in the body. Elements without any of these just
 * stand in one another. */
enum gn_htmlkind {
    GN_HTMLKIND_ODD = 1 << 0, /* not handled here */
    GN_HTMLKIND_BLOCK =
        1 << 1, /* ends a p; its end tag those that end by themselves */
    GN_HTMLKIND_ITSELF =
        1 << 2, /* ends by itself where what it stands in ends */
    GN_HTMLKIND_HEADING =
        1 << 3, /* h1 to h6, which do not stand in one another */
    GN_HTMLKIND_FORMAT =
        1 << 4, /* goes on behind a wrong end: its own must be right */
    GN_HTMLKIND_VOID = 1 << 5,  /* holds nothing, has no end tag */
    GN_HTMLKIND_HEAD = 1 << 6,  /* may stand in head */
    GN_HTMLKIND_RAW = 1 << 7,   /* holds text alone, up to its end tag */
    GN_HTMLKIND_CODED = 1 << 8, /* the same, with character references */
    GN_HTMLKIND_PART =
        1 << 9, /* of a table, where nothing else stands: table, tbody */
    GN_HTMLKIND_CELL =
        1 << 10, /* td, th, caption: in there it is as in the body */
    GN_HTMLKIND_ITEMS =
        1 << 11, /* an item in it is none of a list further out */
    GN_HTMLKIND_LINEFEED = 1 << 12 /* one that it begins with is left out */
};

extern const unsigned short gn_htmlkinds[GUMBO_TAG_LAST];

#endif
