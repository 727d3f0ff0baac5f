/*
 * garner/value.h - a typed value, as SQLite has them.
 *
 * Memory: text and blob values borrow their bytes. What is passed in must stay
 * until the call returns (calls that keep values copy them); what comes out of
 * a row stays until the next garner_next or garner_rows_close on it.
 */
#ifndef GARNER_VALUE_H
#define GARNER_VALUE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The storage classes of SQLite (https://sqlite.org/datatype3.html). */
enum garner_type {
    GARNER_NULL = 0,
    GARNER_INTEGER,
    GARNER_REAL,
    GARNER_TEXT, /* UTF-8 */
    GARNER_BLOB,
};

struct garner_value {
    enum garner_type type;
    union {
        int64_t integer; /* GARNER_INTEGER */
        double real;     /* GARNER_REAL */
        struct {
            const void *data; /* borrowed; not NUL-terminated by promise */
            size_t size;      /* bytes */
        } bytes;              /* GARNER_TEXT, GARNER_BLOB */
    };
};

static inline struct garner_value garner_null(void)
{
    struct garner_value v = {GARNER_NULL, {0}};

    return v;
}

static inline struct garner_value garner_integer(int64_t integer)
{
    struct garner_value v = {GARNER_INTEGER, {0}};

    v.integer = integer;
    return v;
}

static inline struct garner_value garner_real(double real)
{
    struct garner_value v = {GARNER_REAL, {0}};

    v.real = real;
    return v;
}

/* size bytes of UTF-8 at text; NULL text makes a NULL value. */
static inline struct garner_value garner_text_n(const char *text, size_t size)
{
    struct garner_value v = {GARNER_NULL, {0}};

    if (text != 0) {
        v.type = GARNER_TEXT;
        v.bytes.data = text;
        v.bytes.size = size;
    }
    return v;
}

/* A NUL-terminated text; NULL makes a NULL value. */
static inline struct garner_value garner_text(const char *text)
{
    return garner_text_n(text, text != 0 ? __builtin_strlen(text) : 0);
}

/* size bytes at data; data may be NULL only when size is 0. */
static inline struct garner_value garner_blob(const void *data, size_t size)
{
    struct garner_value v = {GARNER_BLOB, {0}};

    v.bytes.data = data;
    v.bytes.size = size;
    return v;
}

/*
 * The two arguments `args, count` of garner_exec, garner_query and
 * garner_batch_add, written in place (C only):
 *
 *   garner_exec(store, "insert into t values (?, ?)",
 *               GARNER_ARGS(garner_integer(1), garner_text("a")), NULL, &err);
 *
 * GARNER_ARGS() stands for no arguments.
 */
#define GARNER_ARGS(...)                                                       \
    ((const struct garner_value[]){garner_null(), __VA_ARGS__} + 1),           \
        (sizeof((const struct garner_value[]){garner_null(), __VA_ARGS__}) /   \
             sizeof(struct garner_value) -                                     \
         1)

#ifdef __cplusplus
}
#endif

#endif
