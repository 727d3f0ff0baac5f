/* feedfield.h - what is known of an entry of a feed, whatever its format. */
#ifndef GN_EXTRACT_FEEDFIELD_H
#define GN_EXTRACT_FEEDFIELD_H

enum gn_feed_field {
    GN_FEED_GUID,
    GN_FEED_LINK,
    GN_FEED_TITLE,
    GN_FEED_AUTHOR, /* several: ", " between them */
    GN_FEED_PUBLISHED,
    GN_FEED_UPDATED,
    GN_FEED_SUMMARY,
    GN_FEED_CONTENT,
    GN_FEED_CATEGORIES, /* a JSON array of texts, always there */
    GN_FEED_ENCLOSURE_URL,
    GN_FEED_ENCLOSURE_TYPE,
    GN_FEED_ENCLOSURE_LENGTH,
    GN_FEED_FIELDS /* their number */
};

#endif
