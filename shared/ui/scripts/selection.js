// The rows of a table that are ticked, and how many.
export const selection = () => ({
  number: 0,
  get any() {
    return this.number > 0
  },
  boxes() {
    return [...this.$root.querySelectorAll('tbody .pick input')]
  },
  count() {
    const boxes = this.boxes()
    boxes.forEach((box) => box.closest('tr').classList.toggle('is-selected', box.checked))
    this.number = boxes.filter((box) => box.checked).length
    this.$refs.all.checked = this.number > 0 && this.number === boxes.length
    this.$refs.all.indeterminate = this.number > 0 && this.number < boxes.length
  },
  all(event) {
    this.boxes().forEach((box) => (box.checked = event.target.checked))
    this.count()
  },
  none() {
    this.boxes().forEach((box) => (box.checked = false))
    this.count()
  },
})
