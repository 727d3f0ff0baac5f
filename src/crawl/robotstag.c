#include "crawl/robotstag.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
                              "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*";

struct slice {
    const char *text;
    size_t size;
};

static struct slice trimmed(const char *from, const char *end)
{
    while (from < end && (*from == ' ' || *from == '\t'))
        from++;
    while (end > from && (end[-1] == ' ' || end[-1] == '\t' || end[-1] == '\r'))
        end--;
    return (struct slice){from, (size_t)(end - from)};
}

static bool is(struct slice s, const char *word)
{
    return s.size == strlen(word) && strncasecmp(s.text, word, s.size) == 0;
}

/* A word with a value behind its colon. */
static bool has_value(struct slice name)
{
    static const char *const words[] = {"unavailable_after", "max-snippet",
                                        "max-image-preview",
                                        "max-video-preview"};
    bool has = false;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        has = has || is(name, words[i]);
    return has;
}

/* A robot's name; a date's hour has a colon behind it, too. */
static bool is_robot(struct slice name)
{
    size_t i = 0;

    while (i < name.size && strchr(letters, name.text[i]) != NULL)
        i++;
    return i > 0 && i == name.size && !has_value(name);
}

static void read_word(struct slice word, struct gn_robotstag *tag)
{
    tag->noindex = tag->noindex || is(word, "noindex") || is(word, "none");
    tag->nofollow = tag->nofollow || is(word, "nofollow") || is(word, "none");
}

static void read_value(const char *value, const char *end, const char *token,
                       struct gn_robotstag *tag)
{
    bool for_us = true;

    for (const char *next; value < end; value = next) {
        const char *comma = memchr(value, ',', (size_t)(end - value));
        const char *stop = comma != NULL ? comma : end;
        const char *colon = memchr(value, ':', (size_t)(stop - value));
        struct slice name = trimmed(value, colon != NULL ? colon : value);

        if (is_robot(name)) {
            for_us = is(name, token) || is(name, "*");
            value = colon + 1;
        }
        if (for_us)
            read_word(trimmed(value, stop), tag);
        next = stop < end ? stop + 1 : end;
    }
}

struct gn_robotstag gn_robotstag_read(const char *headers, const char *token)
{
    static const char name[] = "x-robots-tag:";
    struct gn_robotstag tag = {false, false};

    while (*headers != '\0') {
        const char *end = headers + strcspn(headers, "\n");

        if (strncasecmp(headers, name, sizeof name - 1) == 0)
            read_value(headers + sizeof name - 1, end, token, &tag);
        headers = *end != '\0' ? end + 1 : end;
    }
    return tag;
}
