/* mem.h - the only door to the heap, so that tests can close it. */
#ifndef GN_BASE_MEM_H
#define GN_BASE_MEM_H

#include <stddef.h>

/* size zeroed bytes, or NULL; free with gn_free. Thread: any. */
void *gn_alloc(size_t size);

/* p grown or shrunk to size bytes (new ones not zeroed), or NULL: p is then
 * as it was. p may be NULL. */
void *gn_realloc(void *p, size_t size);

/* A copy of size bytes at data with a NUL after them, or NULL. */
char *gn_memdup(const void *data, size_t size);

/* A copy of a NUL-terminated text, or NULL. */
char *gn_strdup(const char *text);

/* Frees what the calls above gave. NULL is fine. */
void gn_free(void *p);

/* Tests: the nth allocation from now fails, once; 0: none does. */
void gn_mem_fail_at(unsigned nth);

#endif
