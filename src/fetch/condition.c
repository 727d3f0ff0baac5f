#include "fetch/condition.h"

#include <string.h>
#include <strings.h>

#include "base/buf.h"

static const char *const conditions[] = {
    "if-none-match",       "if-modified-since", "if-match",
    "if-unmodified-since", "if-range",          "range",
};

static const char none_match[] = "If-None-Match";
static const char modified_since[] = "If-Modified-Since";

bool gn_condition_is(const char *line, size_t name_size)
{
    for (size_t i = 0; i < sizeof conditions / sizeof conditions[0]; i++)
        if (strlen(conditions[i]) == name_size &&
            strncasecmp(line, conditions[i], name_size) == 0)
            return true;
    return false;
}

bool gn_condition_add(struct curl_slist **lines, const char *name,
                      const char *value)
{
    struct gn_buf line = {0};
    struct curl_slist *list = NULL;

    if (value == NULL)
        return true;
    gn_buf_printf(&line, "%s: %s", name, value);
    if (!gn_buf_failed(&line))
        list = curl_slist_append(*lines, gn_buf_cstr(&line));
    gn_buf_fini(&line);
    if (list != NULL)
        *lines = list;
    return list != NULL;
}

/* The last of lines before end; NULL: there are none. */
static struct curl_slist *last_of(struct curl_slist *lines,
                                  const struct curl_slist *end)
{
    while (lines != NULL && lines->next != end)
        lines = lines->next;
    return lines;
}

void gn_condition_join(struct curl_slist *lines, struct curl_slist *headers)
{
    struct curl_slist *last = last_of(lines, NULL);

    if (last != NULL)
        last->next = headers;
}

void gn_condition_drop(struct curl_slist *lines,
                       const struct curl_slist *headers)
{
    struct curl_slist *last = last_of(lines, headers);

    if (last != NULL)
        last->next = NULL;
    curl_slist_free_all(lines);
}

bool gn_condition_add_version(struct curl_slist **lines,
                              const struct gn_validators *v)
{
    return gn_condition_add(lines, none_match, v->etag) &&
           gn_condition_add(lines, modified_since, v->modified);
}

static bool says(const struct curl_slist *line, const char *name,
                 const char *value)
{
    const size_t n = strlen(name);

    return line != NULL && strncmp(line->data, name, n) == 0 &&
           strncmp(line->data + n, ": ", 2) == 0 &&
           strcmp(line->data + n + 2, value) == 0;
}

bool gn_condition_is_version(const struct curl_slist *lines,
                             const struct curl_slist *headers,
                             const struct gn_validators *v)
{
    if (v->etag != NULL) {
        if (!says(lines, none_match, v->etag))
            return false;
        lines = lines->next;
    }
    if (v->modified != NULL) {
        if (!says(lines, modified_since, v->modified))
            return false;
        lines = lines->next;
    }
    return lines == headers;
}
