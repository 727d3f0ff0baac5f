#include "fetch/jar.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

enum { END = 4, NAME = 5, FIELDS = 7 };

/* The field of that number; NULL: there are fewer. */
static const char *field(const char *line, int number)
{
    for (; number > 0 && line != NULL; number--) {
        line = strchr(line, '\t');
        line = line != NULL ? line + 1 : NULL;
    }
    return line;
}

/* Appends text; a list that cannot be is freed. */
static bool add(struct curl_slist **list, const struct gn_buf *text)
{
    struct curl_slist *longer =
        gn_buf_failed(text) ? NULL
                            : curl_slist_append(*list, gn_buf_cstr(text));

    if (longer == NULL)
        curl_slist_free_all(*list);
    *list = longer;
    return longer != NULL;
}

bool gn_jar_split(const char *lines, struct curl_slist **out)
{
    struct gn_buf line = {0};
    bool kept = true;

    *out = NULL;
    while (kept && *lines != '\0') {
        const size_t size = strcspn(lines, "\n");

        gn_buf_clear(&line);
        gn_buf_append(&line, lines, size);
        if (gn_buf_failed(&line) ||
            field(gn_buf_cstr(&line), FIELDS - 1) != NULL)
            kept = add(out, &line);
        lines += size + (lines[size] == '\n');
    }
    gn_buf_fini(&line);
    return kept;
}

bool gn_jar_of_host(const char *cookies, const char *host,
                    struct curl_slist **out)
{
    struct gn_buf line = {0};
    bool kept = true;

    *out = NULL;
    while (kept && *cookies != '\0') {
        const size_t size = strcspn(cookies, ";");
        const size_t name = strcspn(cookies, "=;");

        gn_buf_clear(&line);
        gn_buf_printf(&line, "%s\tFALSE\t/\tFALSE\t0\t", host);
        gn_buf_append(&line, cookies, name);
        gn_buf_byte(&line, '\t');
        if (name < size)
            gn_buf_append(&line, cookies + name + 1, size - name - 1);
        kept = add(out, &line);
        cookies += size;
        cookies += strspn(cookies, "; ");
    }
    gn_buf_fini(&line);
    return kept;
}

bool gn_jar_is_over(const char *line, int64_t now_s)
{
    const char *end = field(line, END);
    const long long end_s = end != NULL ? strtoll(end, NULL, 10) : 0;

    return end_s != 0 && end_s <= now_s;
}

bool gn_jar_has_name(const char *cookies, const char *line)
{
    const char *name = field(line, NAME);
    const size_t size = name != NULL ? strcspn(name, "\t") : 0;

    while (name != NULL && *cookies != '\0') {
        if (strcspn(cookies, "=;") == size && strncmp(cookies, name, size) == 0)
            return true;
        cookies += strcspn(cookies, ";");
        cookies += strspn(cookies, "; ");
    }
    return false;
}
