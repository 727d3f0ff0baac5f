#include "extract/textsql.h"

#include <stdbool.h>
#include <string.h>

#include "extract/give.h"

/* Comparisons of trim between two looks at the clock. */
enum { COMPARES_PER_LOOK = 1 << 20 };

static bool goes_on(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* --- instr ----------------------------------------------------------------*/

struct bytes {
    const char *data;
    size_t size;
};

static struct bytes text_of(sqlite3_value *value)
{
    const char *data = (const char *)sqlite3_value_text(value);

    return (struct bytes){data, (size_t)sqlite3_value_bytes(value)};
}

static struct bytes blob_of(sqlite3_value *value)
{
    const char *data = sqlite3_value_blob(value);

    return (struct bytes){data != NULL ? data : "",
                          (size_t)sqlite3_value_bytes(value)};
}

/* The characters of a text before the one that begins at end. */
static sqlite3_int64 characters(const char *text, const char *end)
{
    sqlite3_int64 n = 0;

    if (text == end)
        return 0;
    for (const char *p = text + 1; p < end; p++)
        n += !goes_on(*p);
    return n + 1;
}

/* Where needle begins at the beginning of a character; NULL: nowhere. */
static const char *find_character(struct bytes hay, struct bytes needle)
{
    const char *end = hay.data + hay.size;
    const char *from = hay.data;
    const char *at;

    while ((at = memmem(from, (size_t)(end - from), needle.data,
                        needle.size)) != NULL &&
           at > hay.data && goes_on(*at))
        from = at + 1;
    return at;
}

static void instr(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const bool blobs = sqlite3_value_type(argv[0]) == SQLITE_BLOB &&
                       sqlite3_value_type(argv[1]) == SQLITE_BLOB;
    struct bytes hay;
    struct bytes needle;
    const char *at;

    (void)argc;
    if (sqlite3_value_type(argv[0]) == SQLITE_NULL ||
        sqlite3_value_type(argv[1]) == SQLITE_NULL)
        return;
    hay = blobs ? blob_of(argv[0]) : text_of(argv[0]);
    needle = blobs ? blob_of(argv[1]) : text_of(argv[1]);
    if (hay.data == NULL || needle.data == NULL) {
        sqlite3_result_error_nomem(to);
        return;
    }
    at = blobs ? memmem(hay.data, hay.size, needle.data, needle.size)
               : find_character(hay, needle);
    if (at == NULL)
        sqlite3_result_int(to, 0);
    else
        sqlite3_result_int64(to, blobs ? at - hay.data + 1
                                       : characters(hay.data, at) + 1);
}

/* --- replace --------------------------------------------------------------*/

static size_t count(struct bytes text, struct bytes pattern)
{
    const char *end = text.data + text.size;
    const char *at = text.data;
    size_t n = 0;

    while ((at = memmem(at, (size_t)(end - at), pattern.data, pattern.size)) !=
           NULL) {
        at += pattern.size;
        n++;
    }
    return n;
}

static void put(char **to, const char *data, size_t size)
{
    memcpy(*to, data, size);
    *to += size;
}

static void fill(char *to, struct bytes text, struct bytes pattern,
                 struct bytes by)
{
    const char *end = text.data + text.size;
    const char *from = text.data;
    const char *at;

    while ((at = memmem(from, (size_t)(end - from), pattern.data,
                        pattern.size)) != NULL) {
        put(&to, from, (size_t)(at - from));
        put(&to, by.data, by.size);
        from = at + pattern.size;
    }
    put(&to, from, (size_t)(end - from));
}

static void replace(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    const int most =
        sqlite3_limit(sqlite3_context_db_handle(to), SQLITE_LIMIT_LENGTH, -1);
    struct bytes text = text_of(argv[0]);
    struct bytes pattern = text_of(argv[1]);
    struct bytes by;
    size_t n;
    size_t size;
    char *made;

    (void)argc;
    if (text.data == NULL || pattern.data == NULL)
        return;
    if (pattern.data[0] == '\0') {
        sqlite3_result_value(to, argv[0]);
        return;
    }
    by = text_of(argv[2]);
    if (by.data == NULL)
        return;
    n = count(text, pattern);
    /* none of the sizes is over 2^31, so that this is not over 2^64 */
    size = text.size - n * pattern.size + n * by.size;
    if (size > (size_t)most) {
        sqlite3_result_error_toobig(to);
        return;
    }
    made = sqlite3_malloc64(size + 1);
    if (made == NULL) {
        sqlite3_result_error_nomem(to);
        return;
    }
    fill(made, text, pattern, by);
    sqlite3_result_text64(to, made, size, sqlite3_free, SQLITE_UTF8);
}

/* --- trim -----------------------------------------------------------------*/

/* What is taken off the ends of a text: any of the characters of set. */
struct trimming {
    struct gn_budget *budget;
    struct bytes text; /* what is left of it */
    struct bytes set;
    unsigned compares;
    bool expired;
};

/* The character that begins at data, as SQLite reads it. */
static size_t length(const char *data, const char *end)
{
    size_t n = 1;

    if ((unsigned char)data[0] >= 0xc0)
        while (data + n < end && goes_on(data[n]))
            n++;
    return n;
}

/* Takes off one character at the end that is meant; false: there is none. */
static bool take_off(struct trimming *t, bool at_end)
{
    const char *end = t->set.data + t->set.size;
    size_t size;

    for (const char *c = t->set.data; c < end; c += size) {
        size = length(c, end);
        if (++t->compares % COMPARES_PER_LOOK == 0 &&
            gn_budget_spent(t->budget)) {
            t->expired = true;
            return false;
        }
        if (size > t->text.size)
            continue;
        if (memcmp(c, t->text.data + (at_end ? t->text.size - size : 0),
                   size) == 0) {
            t->text.data += at_end ? 0 : size;
            t->text.size -= size;
            return true;
        }
    }
    return false;
}

static void trim(sqlite3_context *to, sqlite3_value **argv, bool left,
                 bool right)
{
    struct trimming t = {.budget = sqlite3_user_data(to),
                         .text = text_of(argv[0]),
                         .set = {NULL, 0}};

    if (t.text.data == NULL)
        return;
    t.set = text_of(argv[1]);
    if (t.set.data == NULL)
        return;
    t.set.size = strlen(t.set.data); /* SQLite's ends at a NUL, too */
    while (left && t.text.size > 0 && take_off(&t, false))
        continue;
    while (right && t.text.size > 0 && take_off(&t, true))
        continue;
    if (t.expired)
        sqlite3_result_error(to, "trim was stopped", -1);
    else
        sqlite3_result_text64(to, t.text.data, t.text.size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
}

static void trim_left(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    (void)argc;
    trim(to, argv, true, false);
}

static void trim_right(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    (void)argc;
    trim(to, argv, false, true);
}

static void trim_both(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    (void)argc;
    trim(to, argv, true, true);
}

int gn_textsql_register(sqlite3 *db, struct gn_budget *budget)
{
    static const struct gn_function functions[] = {
        {"instr", 2, instr},     {"replace", 3, replace},
        {"ltrim", 2, trim_left}, {"rtrim", 2, trim_right},
        {"trim", 2, trim_both},
    };

    return gn_give_functions(db, functions,
                             sizeof functions / sizeof functions[0], budget);
}
