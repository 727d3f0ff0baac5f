/*
 * site.h - which hosts belong to one site: those with the same domain that
 * somebody can register, by the public suffix list (publicsuffix.org): a.co.uk
 * and b.a.co.uk do, a.co.uk and b.co.uk do not. An address, and a name that is
 * a public suffix itself, is a site of its own.
 *
 * Thread: any. The list is read once, at the first question, and kept.
 */
#ifndef GN_CRAWL_SITE_H
#define GN_CRAWL_SITE_H

#include <stddef.h>

/* The part of host (of size bytes, in lower case, IPv6 without its brackets)
 * that names its site, without a dot behind it; the whole, if it is a site of
 * its own. Its length in *site_size. */
const char *gn_site_of(const char *host, size_t size, size_t *site_size);

#endif
