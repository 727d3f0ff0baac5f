/* urlkey.h - a URL as a number, by which it is known again. Pure; the numbers
 * are stored, and the same on each machine and in each version: XXH3, 64 bits.
 * Among ten million URLs two have the same with a chance of 3 in a million. */
#ifndef GN_CRAWL_URLKEY_H
#define GN_CRAWL_URLKEY_H

#include <stddef.h>
#include <stdint.h>

/* Of a URL in the form of base/urlnorm.h. */
int64_t gn_urlkey(const char *url, size_t size);

#endif
