/*
 * token.h - the secret a client shows: Authorization: Bearer TOKEN (RFC 6750).
 */
#ifndef GN_SERVE_TOKEN_H
#define GN_SERVE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

#include "garner/error.h"

enum { GN_TOKEN_MAX = 512 };

/* A size of 0: no token is asked for. */
struct gn_token {
    char text[GN_TOKEN_MAX + 1];
    size_t size;
};

/* Reads the one line of the file at path, which only its owner and group may
 * read. Errors: NOTFOUND, IO, INVALID (empty, too long, not one line of
 * printable characters, readable by everybody). */
enum garner_code gn_token_read(const char *path, struct gn_token *token,
                               struct garner_error *err);

/* true: the value of an Authorization header (NULL: none) shows the token. How
 * long it takes says nothing of how much of it was right. */
bool gn_token_shown(const struct gn_token *token, const char *authorization);

#endif
