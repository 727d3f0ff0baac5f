/*
 * cell.h - one value as each output format writes it. Pure.
 *
 *            NULL     blob                               text
 *   table    NULL     x'0102...' and its size            controls visible
 *   CSV      (empty)  base64                             "" when empty
 *   TSV      \N       base64                             \t \n \r \\ escaped
 *   JSON     null     {"$base64":true,"encoded":"..."}   as sqlite-utils
 */
#ifndef GN_CLI_CELL_H
#define GN_CLI_CELL_H

#include "base/buf.h"
#include "base/json.h"
#include "garner/value.h"

/* For a table: at most width columns; returns the columns used. */
size_t gn_cell_table(struct gn_buf *out, const struct garner_value *value,
                     size_t width);

/* RFC 4180: quoted where it must be. */
void gn_cell_csv(struct gn_buf *out, const struct garner_value *value);

void gn_cell_tsv(struct gn_buf *out, const struct garner_value *value);

void gn_cell_json(struct gn_json *j, const struct garner_value *value);

/* The bytes as they are; numbers as text; nothing for NULL. */
void gn_cell_raw(struct gn_buf *out, const struct garner_value *value);

/* size bytes at data in base64 (RFC 4648). */
void gn_cell_base64(struct gn_buf *out, const void *data, size_t size);

#endif
