#include "config/walk.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/unit.h"
#include "config/suggest.h"

enum { RANGE_TEXT = 32 };

static const char *name_of(const struct gn_node *node)
{
    return node->key != NULL ? node->key->text : "this item";
}

void gn_walk_problem(struct gn_problems *p, const struct gn_node *node,
                     const char *format, ...)
{
    va_list args;

    va_start(args, format);
    gn_problem_v(p, node->line, node->column, format, args);
    va_end(args);
}

/* "" stands for a key that would be refused as well. */
static const char *key_name(const void *list, size_t i)
{
    const struct gn_walk_key *key = (const struct gn_walk_key *)list + i;

    return key->read != NULL ? key->name : "";
}

static void unknown_key(struct gn_problems *p, const struct gn_node *key,
                        const struct gn_walk_key *keys, size_t key_count)
{
    const char *meant = gn_suggest(key->text, key_name, keys, key_count);

    if (meant != NULL)
        gn_walk_problem(p, key, "unknown key \"%.60s\"; did you mean \"%s\"?",
                        key->text, meant);
    else
        gn_walk_problem(p, key,
                        "unknown key \"%.60s\"; see garner.yaml(5) for the "
                        "keys there are",
                        key->text);
}

void gn_walk_mapping(struct gn_problems *p, const struct gn_node *node,
                     const struct gn_walk_key *keys, size_t key_count,
                     void *context)
{
    if (node->kind != GN_NODE_MAPPING) {
        gn_walk_problem(p, node,
                        "%s where a mapping is needed; write \"key: value\" "
                        "lines, indented",
                        node->kind == GN_NODE_LIST ? "a list" : "one value");
        return;
    }
    for (const struct gn_node *value = node->first; value != NULL;
         value = value->next) {
        size_t i = 0;

        while (i < key_count && strcmp(keys[i].name, value->key->text) != 0)
            i++;
        if (i == key_count)
            unknown_key(p, value->key, keys, key_count);
        else if (keys[i].read != NULL)
            keys[i].read(p, value, context);
        else
            gn_walk_problem(p, value->key, "\"%s\" %s", keys[i].name,
                            keys[i].advice != NULL
                                ? keys[i].advice
                                : "is not available in this version; remove "
                                  "it");
    }
}

const char *gn_walk_text(struct gn_problems *p, const struct gn_node *node)
{
    if (node->kind == GN_NODE_LIST)
        gn_walk_problem(p, node, "%.60s has a list where one value is needed",
                        name_of(node));
    else if (node->kind == GN_NODE_MAPPING)
        gn_walk_problem(p, node,
                        "%.60s has a mapping where one value is needed; text "
                        "with braces or \": \" in it needs quotes",
                        name_of(node));
    else if (node->plain && node->text[0] == '\0')
        gn_walk_problem(p, node, "%.60s has no value; write one, or remove it",
                        name_of(node));
    else
        return node->text;
    return NULL;
}

bool gn_walk_bool(struct gn_problems *p, const struct gn_node *node, bool *out)
{
    const char *text = gn_walk_text(p, node);

    if (text == NULL)
        return false;
    if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
        gn_walk_problem(p, node, "%.60s is \"%.40s\"; write true or false",
                        name_of(node), text);
        return false;
    }
    *out = text[0] == 't';
    return true;
}

bool gn_walk_integer(struct gn_problems *p, const struct gn_node *node,
                     int least, int most, int *out)
{
    const char *text = gn_walk_text(p, node);
    long value;

    if (text == NULL)
        return false;
    value = strtol(text, NULL, 10);
    if (text[0] == '\0' || text[strspn(text, "0123456789")] != '\0' ||
        value < least || value > most) {
        gn_walk_problem(p, node,
                        "%.60s is \"%.40s\"; write a whole number from %d to "
                        "%d",
                        name_of(node), text, least, most);
        return false;
    }
    *out = (int)value;
    return true;
}

bool gn_walk_duration(struct gn_problems *p, const struct gn_node *node,
                      int64_t least_ms, int64_t *out_ms)
{
    const char *text = gn_walk_text(p, node);
    struct garner_error err;
    char least[32];
    int64_t ms;

    if (text == NULL)
        return false;
    if (gn_unit_duration(text, &ms, &err) != GARNER_OK) {
        gn_walk_problem(p, node, "%.60s: %s", name_of(node), err.message);
        return false;
    }
    if (ms < least_ms) {
        gn_unit_format_duration(least_ms, least);
        gn_walk_problem(p, node, "%.60s is %.40s; write at least %s",
                        name_of(node), text, least);
        return false;
    }
    *out_ms = ms;
    return true;
}

/* Parts text at its "..", or takes it for both; false: too long. */
static bool part(const char *text, char from[RANGE_TEXT], char to[RANGE_TEXT])
{
    const char *dots = strstr(text, "..");
    const size_t size = dots != NULL ? (size_t)(dots - text) : strlen(text);
    const char *rest = dots != NULL ? dots + 2 : text;

    if (size >= RANGE_TEXT || strlen(rest) >= RANGE_TEXT)
        return false;
    memcpy(from, text, size);
    from[size] = '\0';
    memcpy(to, rest, strlen(rest) + 1);
    return true;
}

bool gn_walk_range(struct gn_problems *p, const struct gn_node *node,
                   const char *advice, int64_t *least_ms, int64_t *most_ms)
{
    const char *text = gn_walk_text(p, node);
    struct garner_error err;
    char from[RANGE_TEXT];
    char to[RANGE_TEXT];
    int64_t least;
    int64_t most;

    if (text == NULL)
        return false;
    if (!part(text, from, to) ||
        gn_unit_duration(from, &least, &err) != GARNER_OK ||
        gn_unit_duration(to, &most, &err) != GARNER_OK || least < 1 ||
        most < least) {
        gn_walk_problem(p, node, "%.60s is \"%.40s\"; %s", name_of(node), text,
                        advice);
        return false;
    }
    *least_ms = least;
    *most_ms = most;
    return true;
}

bool gn_walk_size(struct gn_problems *p, const struct gn_node *node,
                  int64_t most, int64_t *out_bytes)
{
    const char *text = gn_walk_text(p, node);
    struct garner_error err;
    int64_t bytes;

    if (text == NULL)
        return false;
    if (gn_unit_size(text, &bytes, &err) != GARNER_OK) {
        gn_walk_problem(p, node, "%.60s: %s", name_of(node), err.message);
        return false;
    }
    if (bytes < 1 || bytes > most) {
        gn_walk_problem(p, node, "%.60s is %.40s; write 1B to %" PRId64 "B",
                        name_of(node), text, most);
        return false;
    }
    *out_bytes = bytes;
    return true;
}

/* "skip", or "synced, committed or queued" */
static void join_words(const char *const *words, int count, char list[80])
{
    size_t at = 0;

    for (int i = 0; i < count && at < 80; i++)
        at += (size_t)snprintf(list + at, 80 - at, "%s%s",
                               i == 0           ? ""
                               : i == count - 1 ? " or "
                                                : ", ",
                               words[i]);
}

int gn_walk_word(struct gn_problems *p, const struct gn_node *node,
                 const char *const *words, int available, int count)
{
    const char *text = gn_walk_text(p, node);
    char list[80];
    int i = 0;

    if (text == NULL)
        return -1;
    while (i < count && strcmp(text, words[i]) != 0)
        i++;
    if (i < available)
        return i;
    join_words(words, available, list);
    if (i < count)
        gn_walk_problem(p, node,
                        "%.60s: %s is not available in this version; write %s",
                        name_of(node), text, list);
    else
        gn_walk_problem(p, node, "%.60s cannot be \"%.40s\"; write %s",
                        name_of(node), text, list);
    return -1;
}
