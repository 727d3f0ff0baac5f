/*
 * textnorm.h - one form for texts that look the same: each piece of white space
 * is one space, there is none at the ends, and characters are composed (Unicode
 * NFC). Bytes that are no UTF-8 become U+FFFD. Pure.
 */
#ifndef GN_EXTRACT_TEXTNORM_H
#define GN_EXTRACT_TEXTNORM_H

#include <stddef.h>

#include "base/buf.h"

/* Appends that form of a text; no memory shows in the buffer. */
void gn_textnorm(const char *text, size_t size, struct gn_buf *out);

/* Writes the SHA-256 of that form, as 64 figures and a NUL. false: no memory.
 */
bool gn_textnorm_hash(const char *text, size_t size, char out[65]);

/* The same of the bytes as they are. */
bool gn_textnorm_hash_bytes(const void *data, size_t size, char out[65]);

#endif
