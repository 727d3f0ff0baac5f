/*
 * image.h - a database, its log and its journal as they lie on the disk at one
 * moment, in memory: what a process that is killed then leaves.
 *
 * Thread: one; nobody writes the files meanwhile.
 */
#ifndef FAULTS_IMAGE_H
#define FAULTS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>

enum { IMAGE_DATABASE, IMAGE_LOG, IMAGE_JOURNAL, IMAGE_FILES };

struct image {
    struct image_file {
        void *data; /* NULL: there is none */
        size_t size;
    } files[IMAGE_FILES];
};

/* What follows the database's name in the name of a file: "-wal" ... */
const char *image_suffix(int file);

/* Reads the files of the database at path. */
struct image image_take(const char *path);

/* Writes them in place of what is there. */
void image_put(const struct image *image, const char *path);

struct image image_copy(const struct image *image);
void image_free(struct image *image);

#endif
