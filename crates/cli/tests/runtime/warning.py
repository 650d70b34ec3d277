# warnings show the line of source, in memory or not.
#$ $APP
#$ $APP early
#$ $APP ignored
import sys
import warnings

if "early" in sys.argv:
    import _warnings
    _warnings.warn("before anything", UserWarning)
if "ignored" in sys.argv:
    import demo.deep
    demo.deep.warn()
    demo.deep.warn(2)
    eval("1 is 1")
    exec("'\\d'")
    sys.exit()
import demo.deep

print([f[0:3:2] for f in warnings.filters])
warnings.simplefilter("always")
demo.deep.warn()
demo.deep.warn(2)
warnings.warn("here")
warnings.warn_explicit("explicit", UserWarning, demo.deep.__file__, 6)
warnings.warn_explicit("explicit", UserWarning, demo.deep.__file__, 6, module="demo.deep", module_globals=vars(demo.deep))
print(warnings.formatwarning("text", UserWarning, demo.deep.__file__, 20))
with warnings.catch_warnings(record=True) as caught:
    demo.deep.warn()
print(caught[0].filename, caught[0].lineno, caught[0].category)
warnings.simplefilter("error")
try:
    demo.deep.warn()
except DeprecationWarning as error:
    print("raised", error)
open("/dev/null")
warnings.simplefilter("always")
open("/dev/null")
