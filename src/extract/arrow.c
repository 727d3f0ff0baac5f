#include "extract/arrow.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "extract/jsonscan.h"

enum { MOST_INTEGER = 18, MOST_NUMBER = 40 };

void gn_arrow_fini(struct gn_arrow *a)
{
    sqlite3_finalize(a->own);
    gn_free(a->members);
    *a = (struct gn_arrow){0};
}

void gn_arrow_know(struct gn_arrow *a, const char *text, size_t size)
{
    if (a->text == text && a->size == size)
        return;
    a->text = text;
    a->size = size;
    a->listed = false;
}

void gn_arrow_forget(struct gn_arrow *a)
{
    a->text = NULL;
    a->listed = false;
}

/* --- members --------------------------------------------------------------*/

static bool make_room(struct gn_arrow *a)
{
    if (a->count == a->room) {
        const size_t room = a->room > 0 ? a->room * 2 : 16;
        struct gn_arrow_member *members =
            gn_realloc(a->members, room * sizeof members[0]);

        if (members == NULL)
            return false;
        a->members = members;
        a->room = room;
    }
    return true;
}

void gn_arrow_list(struct gn_arrow *a)
{
    a->count = 0;
    a->escaped = false;
    a->listed = true;
}

void gn_arrow_add(struct gn_arrow *a, struct gn_arrow_member member)
{
    if (a->listed && make_room(a))
        a->members[a->count++] = member;
    else
        a->listed = false; /* then it is made from the text */
}

/* Reads the member whose quote at is at; where the next one is, or the end. */
static const char *read_member(const char *at, const char *end,
                               struct gn_arrow_member *out, bool *escaped)
{
    const char *stop = gn_jsonscan_end(at, end);

    out->name = at + 1;
    out->name_size = (size_t)(stop - at) - 2;
    *escaped = *escaped || memchr(at, '\\', (size_t)(stop - at)) != NULL;
    at = gn_jsonscan_blank(stop, end) + 1; /* : */
    out->value = gn_jsonscan_blank(at, end);
    out->end = gn_jsonscan_end(out->value, end);
    at = gn_jsonscan_blank(out->end, end);
    return *at == ',' ? gn_jsonscan_blank(at + 1, end) : at;
}

/* Lists the members of what is known, an object. false: no memory. */
static bool list(struct gn_arrow *a)
{
    const char *end = a->text + a->size;
    const char *at = gn_jsonscan_blank(a->text + 1, end);
    struct gn_arrow_member member;

    gn_arrow_list(a);
    while (*at == '"' && a->listed && !a->escaped) {
        at = read_member(at, end, &member, &a->escaped);
        gn_arrow_add(a, member);
    }
    return a->listed;
}

/* The first member of a name. */
static const struct gn_arrow_member *find(struct gn_arrow *a, const char *name,
                                          size_t size)
{
    for (size_t i = 0; i < a->count; i++)
        if (a->members[i].name_size == size &&
            memcmp(a->members[i].name, name, size) == 0)
            return &a->members[i];
    return NULL;
}

/* --- paths ----------------------------------------------------------------*/

/* Whether a label may stand without quotes in a path, and means itself in every
 * version of SQLite. */
static bool is_plain(const char *name, size_t size)
{
    if (size == 0 || (name[0] >= '0' && name[0] <= '9') || name[0] == '$' ||
        name[0] == '-')
        return false;
    for (size_t i = 0; i < size; i++) {
        const unsigned char c = (unsigned char)name[i];

        if (c < ' ' || c == '"' || c == '#' || c == '\'' || c == '.' ||
            c == '[' || c == '\\' || c == ']')
            return false;
    }
    return true;
}

/* The one name that a path is: name, $.name, $."name". false: it is another. */
static bool read_path(const char *path, size_t size, const char **name,
                      size_t *name_size)
{
    if (size > 2 && path[0] == '$' && path[1] == '.') {
        path += 2;
        size -= 2;
        if (size > 2 && path[0] == '"' && path[size - 1] == '"') {
            *name = path + 1;
            *name_size = size - 2;
            return memchr(*name, '"', *name_size) == NULL &&
                   memchr(*name, '\\', *name_size) == NULL &&
                   memchr(*name, '\0', *name_size) == NULL;
        }
    }
    *name = path;
    *name_size = size;
    return is_plain(path, size);
}

/* --- values ---------------------------------------------------------------*/

static bool give_number(sqlite3_context *to, const char *at, size_t size)
{
    const size_t sign = *at == '-' ? 1 : 0;
    char text[MOST_NUMBER + 1];
    sqlite3_int64 integer = 0;
    size_t i = sign;

    if (size > MOST_NUMBER)
        return false;
    for (; i < size && i < MOST_INTEGER && at[i] >= '0' && at[i] <= '9'; i++)
        integer = integer * 10 + (at[i] - '0');
    if (i == size) {
        sqlite3_result_int64(to, sign == 0 ? integer : -integer);
        return true;
    }
    memcpy(text, at, size);
    text[size] = '\0';
    if (strcspn(text, ".eE") == size)
        return false; /* more digits than an integer surely has */
    sqlite3_result_double(to, strtod(text, NULL));
    return true;
}

static bool give_string(sqlite3_context *to, const char *at, const char *end)
{
    const char *escape = memchr(at, '\\', (size_t)(end - at));
    struct gn_buf out = {0};

    if (escape == NULL) {
        sqlite3_result_text64(to, at + 1, (sqlite3_uint64)(end - at - 2),
                              SQLITE_TRANSIENT, SQLITE_UTF8);
        return true;
    }
    for (const char *p = escape; p != NULL && p < end;
         p = memchr(p, '\\', (size_t)(end - p))) {
        if (p[1] == 'u')
            return false;
        p += 2;
    }
    gn_jsonscan_text(at, end, &out);
    if (gn_buf_failed(&out))
        sqlite3_result_error_nomem(to);
    else
        sqlite3_result_text64(to, gn_buf_cstr(&out), out.size, SQLITE_TRANSIENT,
                              SQLITE_UTF8);
    gn_buf_fini(&out);
    return true;
}

/* Gives a value. false: it is not quite simple. */
static bool give(sqlite3_context *to, const struct gn_arrow_member *m)
{
    switch (*m->value) {
    case '{':
    case '[':
        return false;
    case '"':
        return give_string(to, m->value, m->end);
    case 't':
    case 'f':
        sqlite3_result_int(to, *m->value == 't');
        return true;
    case 'n':
        return true;
    default:
        return give_number(to, m->value, (size_t)(m->end - m->value));
    }
}

/* --- the function ---------------------------------------------------------*/

/* Answers from what is known. false: it cannot. */
static bool answer(struct gn_arrow *a, sqlite3_context *to,
                   sqlite3_value **argv)
{
    const struct gn_arrow_member *found;
    const char *path, *name;
    size_t size;

    if (a->text == NULL || *a->text != '{' ||
        sqlite3_value_type(argv[1]) != SQLITE_TEXT ||
        sqlite3_value_type(argv[0]) != SQLITE_TEXT ||
        sqlite3_value_blob(argv[0]) != a->text ||
        (size_t)sqlite3_value_bytes(argv[0]) != a->size)
        return false;
    path = (const char *)sqlite3_value_text(argv[1]);
    if (path == NULL ||
        !read_path(path, (size_t)sqlite3_value_bytes(argv[1]), &name, &size))
        return false;
    if (!a->listed && !list(a)) {
        sqlite3_result_error_nomem(to);
        return true;
    }
    if (a->escaped)
        return false;
    found = find(a, name, size);
    return found == NULL || give(to, found);
}

/* Has SQLite answer. */
static void delegate(struct gn_arrow *a, sqlite3_context *to,
                     sqlite3_value **argv)
{
    int rc = SQLITE_OK;

    if (a->own == NULL)
        rc = sqlite3_prepare_v3(a->db, "select ?1 ->> ?2", -1,
                                SQLITE_PREPARE_PERSISTENT, &a->own, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(a->own, 1, argv[0]);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_value(a->own, 2, argv[1]);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(a->own);
    if (rc == SQLITE_ROW)
        sqlite3_result_value(to, sqlite3_column_value(a->own, 0));
    else if (rc == SQLITE_NOMEM)
        sqlite3_result_error_nomem(to);
    else
        sqlite3_result_error(to, sqlite3_errmsg(a->db), -1);
    sqlite3_reset(a->own);
    sqlite3_clear_bindings(a->own);
    if (a->is_guest) {
        sqlite3_finalize(a->own);
        a->own = NULL;
    }
}

static void arrow(sqlite3_context *to, int argc, sqlite3_value **argv)
{
    struct gn_arrow *a = sqlite3_user_data(to);

    (void)argc;
    if (sqlite3_value_type(argv[0]) != SQLITE_NULL && !answer(a, to, argv))
        delegate(a, to, argv);
}

bool gn_arrow_overload(const char *name, int args,
                       void (**function)(sqlite3_context *, int,
                                         sqlite3_value **))
{
    if (args != 2 || strcmp(name, "->>") != 0)
        return false;
    *function = arrow;
    return true;
}
