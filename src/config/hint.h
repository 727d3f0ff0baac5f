/* hint.h - what libyaml says of a file that is not YAML, in words that help.
 * Pure. */
#ifndef GN_CONFIG_HINT_H
#define GN_CONFIG_HINT_H

#include <stddef.h>

/* As in yaml_parser_t; lines and columns from 0, columns in characters. */
struct gn_hint_fault {
    const char *problem;
    const char *context; /* NULL: none */
    const char *text;    /* of the line at fault; not NUL-terminated */
    size_t size;         /* of text, bytes */
    size_t column;       /* of the fault in text */
    size_t context_line; /* where the thing at fault begins */
};

/* Writes a sentence, with what to do, into hint. */
void gn_hint(const struct gn_hint_fault *fault, char hint[160]);

#endif
