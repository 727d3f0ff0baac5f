/* hash.h - FNV-1a, 64 bits: the same for the same bytes everywhere and always,
 * so it may be stored. Who chooses the bytes can make it the same for others,
 * too. Pure. */
#ifndef GN_BASE_HASH_H
#define GN_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/* The hash of nothing, from which one of several pieces begins. */
#define GN_HASH_START UINT64_C(0xcbf29ce484222325)

/* The hash of what hash is of, and then of size bytes. */
uint64_t gn_hash_add(uint64_t hash, const void *data, size_t size);

/* That of a text, without its end. */
uint64_t gn_hash_text(const char *text);

#endif
