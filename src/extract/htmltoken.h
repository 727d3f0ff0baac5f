/*
 * htmltoken.h - the tokens of plain HTML: tags, texts and comments written so
 * that there is no doubt what they mean. Whatever is not is odd, and for a
 * parser that knows all the rules.
 *
 * Pure. Thread: any. Memory: tokens borrow the HTML.
 */
#ifndef GN_EXTRACT_HTMLTOKEN_H
#define GN_EXTRACT_HTMLTOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

enum gn_htmltoken_kind {
    GN_HTMLTOKEN_DONE,
    GN_HTMLTOKEN_ODD,
    GN_HTMLTOKEN_TEXT, /* as it is written: see gn_htmltoken_decode */
    GN_HTMLTOKEN_START,
    GN_HTMLTOKEN_END,
    GN_HTMLTOKEN_COMMENT,
    GN_HTMLTOKEN_DOCTYPE /* that of HTML5 */
};

struct gn_htmltoken {
    enum gn_htmltoken_kind kind;
    const char *data; /* the text, or a name: letters, digits and - */
    size_t size;
};

struct gn_htmltokens {
    const char *at;
    const char *end;
    bool closed; /* the last tag closes itself: it ends with a / */
};

struct gn_htmlattribute {
    const char *name; /* in the case in which it is written */
    size_t name_size;
    const char *value; /* "" without one; see gn_htmltoken_decode */
    size_t value_size;
};

/* Whether all characters are those that are left as they are: UTF-8 without
 * control characters, but for tabs, line feeds and form feeds. */
bool gn_htmltoken_is_plain(const char *html, size_t size);

/* The next one. After START its attributes are to be read. */
struct gn_htmltoken gn_htmltoken_next(struct gn_htmltokens *t);

/* START: *a is the next attribute; END: there is no more, and the tag is over;
 * or ODD. */
enum gn_htmltoken_kind gn_htmltoken_attribute(struct gn_htmltokens *t,
                                              struct gn_htmlattribute *a);

/* The text up to the end tag of that name, which is passed over; or ODD. For
 * elements that hold no tags. */
struct gn_htmltoken gn_htmltoken_raw(struct gn_htmltokens *t, const char *name,
                                     size_t size);

/* Appends text with its character references replaced. false: one is odd. */
bool gn_htmltoken_decode(const char *text, size_t size, bool in_attribute,
                         struct gn_buf *out);

#endif
