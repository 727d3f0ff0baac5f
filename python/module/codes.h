/* codes.h - SQLite's constants by name, without their "SQLITE_". */
#ifndef GP_CODES_H
#define GP_CODES_H

struct gp_code {
    const char *name;
    int value;
};

/* Result codes; all others. Both end with a NULL name. */
extern const struct gp_code gp_codes[];
extern const struct gp_code gp_other_constants[];

/* The result code's name; NULL: it is none. */
const char *gp_codes_name(int code);

#endif
