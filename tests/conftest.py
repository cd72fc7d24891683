"""What all tests share."""

import os
import tempfile

# Before NumPy is imported anywhere: the tests' networks are small, and BLAS threads would only wait
# for each other.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# Settings of the person who runs the tests must not change what they see. CHROMIUM, NGINX
# and PYTHON belong to the scripts.
for variable in [name for name in os.environ if name.startswith("CONVSCOPE_")]:
    if variable not in {"CONVSCOPE_CHROMIUM", "CONVSCOPE_NGINX", "CONVSCOPE_PYTHON"}:
        del os.environ[variable]

# Nor may tests leave anything behind in that person's folders, or find what is there.
_folder = tempfile.TemporaryDirectory(prefix="convscope-tests-")
os.environ["CONVSCOPE_TRAININGS_DIR"] = f"{_folder.name}/trainings"
os.environ["CONVSCOPE_MODELS_DIR"] = f"{_folder.name}/models"
os.environ["XDG_CACHE_HOME"] = f"{_folder.name}/cache"
os.environ["XDG_CONFIG_HOME"] = f"{_folder.name}/config"

# The name that Starlette's test client asks for.
os.environ["CONVSCOPE_ALLOWED_HOSTS"] = "testserver"

# No convolution is timed, except by the tests of that: on a busy machine a timing decides by
# chance.
os.environ["CONVSCOPE_KERNEL"] = "heuristic"
