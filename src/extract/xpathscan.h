/*
 * xpathscan.h - what an XPath expression uses: functions, variables, prefixes
 * of namespaces, and where. libxml2 looks for them when it comes to them, says
 * not where that is, and on many a document comes to none. Pure.
 */
#ifndef GN_EXTRACT_XPATHSCAN_H
#define GN_EXTRACT_XPATHSCAN_H

#include <stdbool.h>
#include <stddef.h>

enum gn_xpath_kind { GN_XPATH_FUNCTION, GN_XPATH_VARIABLE, GN_XPATH_PREFIX };

struct gn_xpath_use {
    enum gn_xpath_kind kind;
    const char *name; /* size bytes, in the text */
    size_t size;
};

struct gn_xpathscan {
    const char *at;     /* of a text that is an expression, borrowed */
    bool after_operand; /* a name is an operator here */
};

/* The next of them; false: there is none. Begin with {.at = text}. */
bool gn_xpathscan_next(struct gn_xpathscan *s, struct gn_xpath_use *use);

#endif
