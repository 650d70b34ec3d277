# Draws a square with turtle.
import turtle

turtle.setup(300, 200)
turtle.speed(0)
for _ in range(4):
    turtle.forward(50)
    turtle.left(90)
canvas = turtle.getscreen().getcanvas()
print(turtle.position(), canvas.winfo_class(), len(canvas.find_all()), canvas.winfo_toplevel().winfo_geometry())
turtle.bye()
