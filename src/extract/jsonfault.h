/*
 * jsonfault.h - where a text stops being JSON (RFC 8259), and why: SQLite says
 * no more than "malformed JSON". Pure.
 */
#ifndef GN_EXTRACT_JSONFAULT_H
#define GN_EXTRACT_JSONFAULT_H

#include <stdbool.h>
#include <stddef.h>

enum { GN_JSON_DEPTH = 2000 }; /* SQLite's limit */

struct gn_json_fault {
    size_t at;        /* byte */
    const char *what; /* static memory */
};

/* true: text is not JSON, and *fault says where it fails first. */
bool gn_json_fault(const char *text, size_t size, struct gn_json_fault *fault);

#endif
