#include "fetch/resume.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "base/mem.h"
#include "fetch/validator.h"

/* The value of the header name, up to its line's end; NULL: it did not come.
 * *more: it came again. */
static const char *find(const char *lines, const char *name, bool *more)
{
    const size_t size = strlen(name);
    const char *found = NULL;

    *more = false;
    while (*lines != '\0') {
        if (strncmp(lines, name, size) == 0 && lines[size] == ':') {
            *more = found != NULL;
            found = lines + size + 1;
            found += *found == ' ';
        }
        lines += strcspn(lines, "\n");
        lines += *lines == '\n';
    }
    return found;
}

static bool is_word(const char *value, const char *word)
{
    const size_t size = strlen(word);

    return strncasecmp(value, word, size) == 0 &&
           (value[size] == '\n' || value[size] == '\0');
}

/* What is stored are the decoded bytes, of which no range can be asked for. */
static bool is_encoded(const char *headers)
{
    bool more;
    const char *value = find(headers, "content-encoding", &more);

    return value != NULL && (more || !is_word(value, "identity"));
}

char *gn_resume_version(const char *headers)
{
    struct gn_arena memory = {0};
    struct gn_validators v;
    const char *value;
    char *copy = NULL;
    bool more;

    if (is_encoded(headers))
        return NULL;
    value = find(headers, "accept-ranges", &more);
    if (value != NULL && is_word(value, "none"))
        return NULL;
    if (gn_validators_read(headers, 0, &memory, &v)) {
        if (v.etag != NULL && strncmp(v.etag, "W/", 2) != 0)
            copy = gn_strdup(v.etag);
        else if (v.modified != NULL)
            copy = gn_strdup(v.modified);
    }
    gn_arena_clear(&memory);
    return copy;
}

/* Reads a number at *text, and goes behind it. false: there is none. */
static bool number(const char **text, int64_t *out)
{
    char *end;

    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *out = strtoll(*text, &end, 10);
    *text = end;
    return errno == 0;
}

/* Content-Range: bytes 10-19/20 */
bool gn_resume_follows(const char *headers, int64_t size)
{
    bool more;
    const char *text = find(headers, "content-range", &more);
    int64_t first;
    int64_t last;
    int64_t all;

    if (is_encoded(headers) || text == NULL || more ||
        strncasecmp(text, "bytes ", 6) != 0)
        return false;
    text += 6;
    if (!number(&text, &first) || *text++ != '-' || !number(&text, &last) ||
        *text++ != '/' || !number(&text, &all))
        return false;
    return (*text == '\n' || *text == '\0') && first == size && last >= first &&
           last == all - 1;
}
