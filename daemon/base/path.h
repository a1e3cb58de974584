/* Paths as texts; nothing here looks at a disk. */
#pragma once

/* `path` as a file that was written in `file` means it: absolute, or from file's folder. Without
 * "." and doubled slashes, so that one file has one name; ".." stays (folders may be links). The
 * caller frees it. */
char *path_beside(const char *file, const char *path);
