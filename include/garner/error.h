/*
 * garner/error.h - result codes, and the error every fallible call fills in.
 *
 * Each call that can fail returns an enum garner_code and takes, as its last
 * argument, a struct garner_error of the caller's, or NULL if only the code
 * matters. Nothing is kept on a handle or in thread-local memory: many threads
 * share a store, and answers may come later than the call.
 */
#ifndef GARNER_ERROR_H
#define GARNER_ERROR_H

#ifdef __cplusplus
extern "C" {
#endif

/* Marks what libgarner exports; all else in it is hidden. */
#define GARNER_API __attribute__((visibility("default")))
/* Marks a call whose result may not be ignored. */
#define GARNER_CHECKED __attribute__((warn_unused_result))

/* Name, number and text in one list, so that they cannot drift apart. The
 * numbers are part of the ABI. */
#define GARNER_CODE_MAP(X)                                                     \
    X(OK, 0, "success")                                                        \
    X(NOMEM, 1, "out of memory")                                               \
    X(MISUSE, 2, "the call is not allowed here")                               \
    X(BUSY, 3, "another connection holds the database")                        \
    X(FULL, 4, "no room in time")                                              \
    X(TIMEOUT, 5, "deadline passed")                                           \
    X(CLOSED, 6, "closed")                                                     \
    X(CANCELED, 7, "canceled")                                                 \
    X(NOTFOUND, 8, "not found")                                                \
    X(CONSTRAINT, 9, "constraint violated")                                    \
    X(SQL, 10, "the SQL cannot be run")                                        \
    X(IO, 11, "input or output failed")                                        \
    X(CORRUPT, 12, "the data is damaged or of another format")                 \
    X(UNSUPPORTED, 13, "not supported")                                        \
    X(INVALID, 14, "the input is not valid")                                   \
    X(ROW, 100, "a row is ready")                                              \
    X(DONE, 101, "nothing more will come")

enum garner_code {
#define X(name, number, text) GARNER_##name = (number),
    GARNER_CODE_MAP(X)
#undef X
};

/* Lives with the caller; fixed size, so that even NOMEM can be reported.
 * Filled only when a call fails. */
struct garner_error {
    enum garner_code code;
    int native;        /* errno, SQLite's extended result code ...; 0 if none */
    char message[240]; /* what, where, and what to do; one line, UTF-8 */
};

/* "OK", "BUSY" ...; "?" for a number that is no code. Static memory. */
GARNER_API const char *garner_code_name(enum garner_code code);

/* The list's sentence for code, e.g. "deadline passed". Static memory. */
GARNER_API const char *garner_code_text(enum garner_code code);

#ifdef __cplusplus
}
#endif

#endif
